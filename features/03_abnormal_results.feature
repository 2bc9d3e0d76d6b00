@smoke
Feature: Abnormal results reach a person
  As a clinician
  I want every recall for assessment put before me
  So that no woman is left alone with it because a machine filed it

  Background:
    Given the pilot "quick" with paper and coded alone, seeds 11, 12 and 13

  @hazard @H02
  Scenario: No rule files a recall for assessment
    Kind: regression by construction while rules are set up as suppliers guard them; sabotage breaks the guard
    Believed: abnormal last, "belt and braces" (alpha brief, 2025-04)
    Threshold: no rate is acceptable here: one silent filing is a harm

    Then "recalls filed by a rule" in the coded arm is exactly 0 results
    And "recalls filed by a rule, by the figures" in the coded arm is exactly 0 results

  @hazard @H02 @does_not_hold
  Scenario: Every recall for assessment is seen, or is on a list with a name
    Kind: evidence, of reviewers who slip and of lists; who has left for a practice that the office cannot know goes back into NBSS with her result (seed 13: one of 8), and is then on no list here
    Believed: abnormal last, "belt and braces" (alpha brief, 2025-04)
    Threshold: not one may be without either

    Then "recalls neither seen by a clinician nor with a person" in the coded arm is exactly 0 results

  @does_not_hold
  Scenario: A search finds recalls at least as well as today
    Kind: evidence against the code set of today: it has no concept for a recall, so a message says it in words
    Believed: results can be tagged with SNOMED CT within reasonable time (alpha brief, 2025-04, medium)
    Threshold: no more unfound than on paper

    Then "recalls that no search finds" in the coded arm is at most the paper arm's
