Feature: Coded results are right
  As the programme
  I want to know how often a record says something wrong, or nothing
  So that uptake can be trusted and nobody is invited who is not due

  # Errors are counted from the practices' records against the truth, never from the pipeline's own log.

  # That no coded result is misleading, astray or double is regression by construction: messages carry one code and one
  # number. Evidence is what remains of errors at practices that type, and at practices that do nothing.

  Background:
    Given the pilot "quick" was run with seeds 11, 12 and 13

  Scenario: A coded result is in the right record, once, with the right code
    Then 0 results are misleading or unclear in the coded arm
    And 0 results are in somebody else's record in the coded arm
    And 0 results are in a record twice in the coded arm

  Scenario: Paper does worse
    Then the coded arm has fewer errors than the paper arm where results are typed, and no more where nothing is done
    And the low end of the errors avoided is above 0 results
