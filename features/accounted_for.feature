Feature: Every result is accounted for
  As staff of the screening office
  I want to see of every result where it is, and to be told where one is stuck
  So that nobody has to check three times by eye

  Background:
    Given the pilot "quick" was run with seeds 11, 12 and 13

  Scenario: Nothing is lost
    Then as many results are received as the office emitted
    And 0 results are unaccounted for

  Scenario: A stuck result is on a named list with a reason
    Then every result with a person is on the office's or a practice's list with a reason
