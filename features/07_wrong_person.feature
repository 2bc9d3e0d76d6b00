@full
Feature: The right result is in the right record
  As a participant
  I want my result in my record and nobody else's
  So that nobody is told what is mine

  @hazard @H01
  Scenario: With sound numbers none strays
    Kind: regression by construction: a system files under the number that was sent, if name and birthday agree
    Believed: more accurate processing (hypothesis of the alpha brief, 2025-04)
    Threshold: not one

    Given the pilot "quick" with paper and coded alone, seeds 11, 12 and 13
    Then "results in somebody else's record" in the coded arm is exactly 0 results
    And "results in a record twice" in the coded arm is exactly 0 results

  @hazard @H01
  Scenario: With another patient's number in NBSS none strays
    Kind: evidence of a control: the number is another patient's in every source, name and birthday are hers
    Believed: more accurate processing (hypothesis of the alpha brief, 2025-04)
    Threshold: not one

    Given the pilot "quick" with paper and coded alone and with numbers of other patients in NBSS, seeds 11, 12 and 13
    Then "results in somebody else's record" in the coded arm is exactly 0 results

  @does_not_hold
  Scenario: With a namesake's number in NBSS none strays either
    Kind: evidence of a limit: same name, same birthday, same practice, and the wrong number in every source
    Believed: more accurate processing (hypothesis of the alpha brief, 2025-04)
    Threshold: not one

    Given the pilot "namesake_number" as written, seeds 1, 2 and 3
    Then "results in somebody else's record" in the coded arm is exactly 0 results

  @does_not_hold
  Scenario: A system that matches falsely is found out
    Kind: evidence of a limit: asked what it holds, the system says that it holds them
    Believed: reconciliation end to end is the control for silent failures
    Threshold: within the run somebody knows of each

    Given the pilot "false_match" with reconciliation every day, seeds 1, 2 and 3
    Then "silent failures that nobody knows of" in the coded arm is exactly 0 results
