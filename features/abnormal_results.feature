Feature: Abnormal results reach a person
  As a clinician
  I want every recall for assessment put before me
  So that no woman is left alone with it because a machine filed it

  # No rate is acceptable here: one silent filing is a harm (hazard log, H2).

  # Regression by construction while rules are set up as suppliers guard them; sabotages.feature breaks the guard.

  Background:
    Given the pilot "quick" was run with seeds 11, 12 and 13

  Scenario: No rule files a recall for assessment
    Then 0 recalls for assessment are filed by a rule in the coded arm

  Scenario: Every recall for assessment is seen, or is on a list with a name
    Then every recall for assessment is filed by a clinician or with a person in the coded arm
