@smoke
Feature: A technical recall is no result
  As a participant who is asked to come again
  I want nobody to read my first images as a result
  So that I am not told that all is well before anybody could see

  Background:
    Given the pilot "quick" with paper and coded alone, seeds 11, 12 and 13

  @hazard @H03
  Scenario: None reads as normal
    Kind: regression by construction in the coded arm; a wrong code map breaks it
    Believed: more accurate processing (hypothesis of the alpha brief, 2025-04)
    Threshold: not one: she would not come again

    Then "technical recalls that read as normal" in the coded arm is exactly 0 results

  @does_not_hold
  Scenario: Each is in a code that a search finds
    Kind: evidence against the code set of today: a concept is awaited (hoped for by April 2027)
    Believed: results can be tagged with SNOMED CT within reasonable time (alpha brief, 2025-04, medium)
    Threshold: none in words alone

    Then "technical recalls in words alone" in the coded arm is exactly 0 results
