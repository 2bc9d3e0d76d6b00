Feature: Practices that have troubles of their own
  As the screening office
  I want to know where every result is, whatever a practice's system does
  So that a silent failure at one practice is not found out years later

  # Rules off, a rule set up wrongly, no mailbox, a fortnight without collecting, a supplier that is late,
  # a merger, a practice that does nothing: one of each (scenario practices_differ).
  # Reviewers at practices slip now and then (evidence file, review_slip): they close a message, say that it is
  # filed, and enter nothing. The office cannot know without reconciling records.

  Background:
    Given the pilot "practices_differ" was run with seed 1

  Scenario: Nothing is lost, whatever goes wrong
    Then 0 results are said to be filed and are not, but those that a reviewer closed by mistake
    And 0 results are in somebody else's record in the coded arm
    And 0 results are in a record twice in the coded arm

  Scenario: A message that nobody collected comes back to the office
    Then at least 1 result came back to the office as not collected

  Scenario: A practice that is not taking messages yet gets its results on paper
    Then at least 1 result went on paper after the practice's system refused it
