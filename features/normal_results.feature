Feature: Normal results file themselves
  As staff of a GP practice
  I want normal results to be in the record without my typing them
  So that I have the time for what needs a person

  # 98.8% of normal results are electronic in the bowel programme, the nearest comparator that is live
  # (NHS prevention services design history, 2025-03). The breast pilot should not do worse.
  # Counted are results of people who are that practice's patients: the result of one who has left or died is not
  # to be filed there at all, and accounted_for.feature sees to it that a person has it.

  Background:
    Given the pilot "quick" was run with seeds 11, 12 and 13

  Scenario: A normal result needs no hand at a practice that is ready
    Then at least the bowel programme's share of its patients' normal results is filed by a rule in the coded arm
    And every normal result filed by a rule can be found by a search for it

  Scenario: A normal result is there the next day
    Then at least the bowel programme's share of its patients' normal results is in the coded arm's record within 1 day
