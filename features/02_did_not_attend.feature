@smoke
Feature: Who did not come can be found
  As a practice that offers help to those who do not come
  I want to find who did not attend
  So that I can ring her before her next invitation

  Background:
    Given the pilot "quick" with paper and coded alone, seeds 11, 12 and 13

  Scenario: A did-not-attend needs no hand at a practice that is ready
    Kind: evidence, of how often a message finds nobody
    Believed: normal first, then did-not-attend: neither asks anything of a clinician (alpha brief, 2025-04)
    Threshold: as for normal results

    Then "its patients' absences filed by a rule" in the coded arm is at least the evidence's bowel_normals_electronic

  Scenario: A search finds more of them than it does today
    Kind: evidence, of what practices' habits leave findable today
    Believed: more accurate uptake data (hypothesis of the alpha brief, 2025-04)
    Threshold: fewer than paper leaves unfound

    Then "absences that no search finds" in the coded arm is below the paper arm's

  Scenario: None reads as if she had been screened
    Kind: regression by construction; a wrong code map breaks it
    Believed: nobody may be taken for screened who was not
    Threshold: not one

    Then "absences that read as screened and normal" in the coded arm is exactly 0 results
