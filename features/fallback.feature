Feature: A practice that is not ready gets its results the other way
  As the screening office
  I want results for practices that take no messages to go on paper by themselves
  So that the pilot can begin before every practice has joined

  # Left out are the few results that came back and that somebody at the office sent to another practice by hand.

  Background:
    Given the pilot "quick" was run with seed 11 and half of the practices ready

  Scenario: Practices that are not ready get paper, and only paper
    Then 0 messages were sent to practices that are not ready
    And every result for a practice that is not ready went on paper

  Scenario: Never both
    Then 0 results were typed from paper at practices that are ready
