@full
Feature: Practices that have troubles of their own
  As the screening office
  I want to know where every result is, whatever a practice's system does
  So that a silent failure at one practice is not found out years later

  # Rules off, a rule set up wrongly, no mailbox, a fortnight without collecting, a supplier that is late,
  # a merger, a practice that does nothing, one that has not joined yet: one of each.

  Background:
    Given the pilot "practices_differ" as written, seeds 1, 2 and 3

  Scenario: Nothing is lost, whatever goes wrong
    Kind: evidence, of answers, lists and fallback; reviewers slip now and then (review_slip): they close a message and enter nothing
    Believed: the office cannot know of a slip without reconciling records; of all else it knows
    Threshold: not one but those

    Then "results unaccounted for, but by a reviewer's slip" in the coded arm is exactly 0 results
    And "results in a record twice" in the coded arm is exactly 0 results

  # Seed 1 has one: it came to a practice that takes no messages, and a typist entered the letter for somebody else.
  @does_not_hold
  Scenario: None strays into somebody else's record
    Kind: evidence, of what falling back to paper brings back: letters are typed, and typists slip (wrong_person)
    Believed: more accurate processing (hypothesis of the alpha brief, 2025-04)
    Threshold: not one

    Then "results in somebody else's record" in the coded arm is exactly 0 results

  @hazard @H04
  Scenario: A message that nobody collected comes back to the office
    Kind: evidence, of MESH's own reports
    Believed: MESH tells the sender after five days
    Threshold: the scenario has a practice that collects nothing for a fortnight, so at least one

    Then "results that came back as not collected" in the coded arm is at least 1 results

  @hazard @H14
  Scenario: A practice that is not taking messages yet gets its results on paper
    Kind: evidence, of a refusal heard and acted on
    Believed: the pilot can begin before every practice has joined
    Threshold: the scenario has a practice whose system refuses, so at least one

    Then "results on paper after the practice's system refused them" in the coded arm is at least 1 results

  Scenario: Of practices that merge no more is left out of the right records than on paper
    Kind: evidence, of redirection by MESH's directory and by the office's list
    Believed: organisation changes are a known cause of lost messages
    Threshold: no more than on paper

    Then "results of merged practices in no right record" in the coded arm is at most the paper arm's
