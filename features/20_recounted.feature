@smoke
Feature: The figures are what anybody else would count
  As a sceptic
  I want to count again, from the records and the desks' own books
  So that I need not believe the figures

  Background:
    Given the pilot "quick" with paper and coded alone, seeds 11, 12 and 13

  Scenario Outline: Counted anew in the <arm> arm
    Kind: regression by construction
    Believed: figures.json is what the records and the desks' books hold
    Threshold: not one apart; minutes to within rounding

    Then "undelivered results counted otherwise" in the <arm> arm is exactly 0 results
    And "GP minutes counted otherwise" in the <arm> arm is below 0.1 minutes

    Examples:
      | arm   |
      | paper |
      | coded |

  Scenario: No range is narrower than the doubt about minutes alone
    Kind: regression by construction
    Believed: a range is no narrower than its widest part
    Threshold: the low end of minutes_a_result's 95% over its mean, worked out apart from the ranges

    Then "low end of the GP hours saved, of the value" of coded against paper is at most the evidence's least_share_of_minutes
