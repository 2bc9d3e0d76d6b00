@full
Feature: A result that was corrected is corrected everywhere
  As a participant whose first print was wrong
  I want my record to say what is right
  So that nobody acts on a mistake that the office has mended

  # "messy" has every profile of print and every defect, results changed after they were printed among them.
  # "later_prints" has offices that print again: the right result after a wrong one, or that one is withdrawn.

  @does_not_hold
  Scenario: No record says the first print
    Kind: evidence, of what the office's sources can show it: a print that every source confirms is believed
    Believed: more accurate processing (hypothesis of the alpha brief, 2025-04)
    Threshold: not one

    Given the pilot "messy" as written, seeds 1, 2 and 3
    Then "corrected results whose record says the first print" in the coded arm is exactly 0 results

  @does_not_hold
  Scenario: Fewer records say it than on paper
    Kind: evidence, of checks by machine against an eye
    Believed: more accurate processing (hypothesis of the alpha brief, 2025-04)
    Threshold: no more than on paper

    Given the pilot "messy" as written, seeds 1, 2 and 3
    Then "corrected results whose record says the first print" in the coded arm is at most the paper arm's

  @does_not_hold
  Scenario: A later print takes the place of the first
    Kind: evidence, of amended messages from the office's list to the record; a clerk's slip sends the first on
    Believed: more accurate processing (hypothesis of the alpha brief, 2025-04)
    Threshold: not one

    Given the pilot "later_prints" as written, seeds 1, 2 and 3
    Then "amended results whose record says the first print" in the coded arm is exactly 0 results

  Scenario: Fewer records keep the first print than on paper
    Kind: evidence, of amended messages against a second letter, which a typist enters beside the first
    Believed: more accurate processing (hypothesis of the alpha brief, 2025-04)
    Threshold: fewer than on paper

    Given the pilot "later_prints" as written, seeds 1, 2 and 3
    Then "amended results whose record says the first print" in the coded arm is below the paper arm's

  Scenario: What was withdrawn is taken out
    Kind: evidence, of withdrawals from the office's list to the record
    Believed: more accurate processing (hypothesis of the alpha brief, 2025-04)
    Threshold: not one

    Given the pilot "later_prints" as written, seeds 1, 2 and 3
    Then "withdrawn results that a record still holds" in the coded arm is exactly 0 results
