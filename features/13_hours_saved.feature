@smoke
Feature: Coded results save hours over paper
  As the programme
  I want to know whether practices and offices spend less time
  So that money goes where it frees people

  # Evidence as far as the evidence file's minutes are: the desks work by them.

  Background:
    Given the pilot "quick" with paper and coded alone, seeds 11, 12 and 13

  Scenario: Practices spend less time
    Kind: evidence
    Believed: cheaper and faster processing (hypothesis of the alpha brief, 2025-04)
    Threshold: beyond doubt, that is at the low end of its range; and no more than what no rule may file, or finds nobody, at its longest against paper's usual minutes (autofile_share, match_failure, unmatched_minutes, minutes_a_result)

    Then "GP hours saved" of coded against paper is above 0 hours, at its low end
    And "GP minutes, of paper's" in the coded arm is at most the evidence's minutes_that_must_remain

  Scenario: The same on results that both ways delivered
    Kind: evidence: what is not delivered is no saving
    Believed: cheaper and faster processing (hypothesis of the alpha brief, 2025-04)
    Threshold: beyond doubt

    Then "GP hours saved on what both delivered" of coded against paper is above 0 hours, at its low end

  Scenario: The screening office spends less time
    Kind: evidence
    Believed: BSOs need results to be automated (alpha brief, 2025-04, high)
    Threshold: beyond doubt

    Then "office hours saved" of coded against paper is above 0 hours, at its low end
