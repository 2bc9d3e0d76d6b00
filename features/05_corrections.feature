@full
Feature: A result that was corrected is corrected everywhere
  As a participant whose first print was wrong
  I want my record to say what is right
  So that nobody acts on a mistake that the office has mended

  # "messy" has every profile of print and every defect, results changed after they were printed among them.

  Background:
    Given the pilot "messy" as written, seeds 1, 2 and 3

  @does_not_hold
  Scenario: No record says the first print
    Kind: evidence, of what the office's sources can show it: a print that every source confirms is believed
    Believed: more accurate processing (hypothesis of the alpha brief, 2025-04)
    Threshold: not one

    Then "corrected results whose record says the first print" in the coded arm is exactly 0 results

  @does_not_hold
  Scenario: Fewer records say it than on paper
    Kind: evidence, of checks by machine against an eye
    Believed: more accurate processing (hypothesis of the alpha brief, 2025-04)
    Threshold: no more than on paper

    Then "corrected results whose record says the first print" in the coded arm is at most the paper arm's
