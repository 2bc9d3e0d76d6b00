@full
Feature: A practice that is not ready gets its results the other way
  As the screening office
  I want results for practices that take no messages to go on paper by themselves
  So that the pilot can begin before every practice has joined

  # Left out are the few results that came back and that somebody at the office sent to another practice by hand.

  @hazard @H14
  Scenario: Practices that are not ready get paper, and only paper
    Kind: regression by construction, of routing
    Believed: practices join in waves; nobody's results wait for it
    Threshold: not one otherwise

    Given the pilot "quick" with paper and coded alone and with half of the practices ready, seeds 11, 12 and 13
    Then "messages to practices that are not ready" in the coded arm is exactly 0 messages
    And "results of practices not ready that did not go on paper" in the coded arm is exactly 0 results

  @hazard @H05
  Scenario: Never both
    Kind: regression by construction, of routing
    Believed: two ways at once make two entries
    Threshold: not one

    Given the pilot "quick" with paper and coded alone and with half of the practices ready, seeds 11, 12 and 13
    Then "results typed from paper at practices that are ready" in the coded arm is exactly 0 results

  @hazard @H04
  Scenario: What went on paper is where the post is said to have it
    Kind: evidence, of the post and of desks
    Believed: paper is watched by nobody, and is on its way or on a desk
    Threshold: not one that is neither

    Given the pilot "quick" with paper and coded alone and with half of the practices ready, seeds 11, 12 and 13
    Then "results unaccounted for" in the coded arm is exactly 0 results

  # `waves` is a stepped wedge: eight practices join in four waves, drawn by lot.
  Scenario: Practices that join in waves get messages from their day on, and no system has to refuse one
    Kind: regression by construction, of the office's directory
    Believed: practices join in waves; nobody's results wait for it
    Threshold: not one before its day

    Given the pilot "waves" as written, seeds 1, 2 and 3
    Then "messages of results printed before the practice joined" in the coded arm is exactly 0 messages
    And "results refused by a practice that takes no messages" in the coded arm is exactly 0 results

  Scenario: A practice that has joined spends fewer minutes a result than before
    Kind: evidence, of the same practices before and after
    Believed: cheaper and faster processing (hypothesis of the alpha brief, 2025-04)
    Threshold: less than before

    Given the pilot "waves" as written, seeds 1, 2 and 3
    Then "GP minutes a result after joining, of before" in the coded arm is below 100 per cent
