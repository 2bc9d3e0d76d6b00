@full
Feature: A practice that is not ready gets its results the other way
  As the screening office
  I want results for practices that take no messages to go on paper by themselves
  So that the pilot can begin before every practice has joined

  # Left out are the few results that came back and that somebody at the office sent to another practice by hand.

  Background:
    Given the pilot "quick" with paper and coded alone and with half of the practices ready, seeds 11, 12 and 13

  @hazard @H14
  Scenario: Practices that are not ready get paper, and only paper
    Kind: regression by construction, of routing
    Believed: practices join in waves; nobody's results wait for it
    Threshold: not one otherwise

    Then "messages to practices that are not ready" in the coded arm is exactly 0 messages
    And "results of practices not ready that did not go on paper" in the coded arm is exactly 0 results

  @hazard @H05
  Scenario: Never both
    Kind: regression by construction, of routing
    Believed: two ways at once make two entries
    Threshold: not one

    Then "results typed from paper at practices that are ready" in the coded arm is exactly 0 results

  @hazard @H04
  Scenario: What went on paper is where the post is said to have it
    Kind: evidence, of the post and of desks
    Believed: paper is watched by nobody, and is on its way or on a desk
    Threshold: not one that is neither

    Then "results unaccounted for" in the coded arm is exactly 0 results
