@smoke
Feature: Every result is accounted for
  As staff of the screening office
  I want to see of every result where it is, and to be told where one is stuck
  So that nobody has to check three times by eye

  Background:
    Given the pilot "quick" with paper and coded alone, seeds 11, 12 and 13

  @hazard @H04
  Scenario: Nothing is lost
    Kind: regression by construction while nothing fails; sabotage drops some
    Believed: for every result you can see where it is (the brief)
    Threshold: not one

    Then "results never received" in the coded arm is exactly 0 results
    And "results unaccounted for" in the coded arm is exactly 0 results

  @hazard @H06
  Scenario: A stuck result is on a named list with a reason
    Kind: regression by construction, of the ledger
    Believed: if it is stuck, it is on a list with a name on it (the brief)
    Threshold: not one without

    Then "results stuck without a list or a reason" in the coded arm is exactly 0 results

  Scenario: Lists are worked
    Kind: evidence, of an office's capacity (bso_list_minutes_a_day) against what comes
    Believed: exceptions are few enough to be worked beside everything else
    Threshold: none overdue with nobody having touched it

    Then "results on a list that nobody works" in the coded arm is exactly 0 results
