@smoke
Feature: Letters are no longer printed and posted
  As the programme
  I want to know how many letters are not sent any more
  So that money for post and paper is spent on something else

  Background:
    Given the pilot "quick" with paper and coded alone, seeds 11, 12 and 13

  Scenario: Nearly all letters fall away where every practice is ready
    Kind: regression by construction: what goes by MESH is not printed
    Believed: £333,000 of reduced letter spend a year (the headline, 2025-06)
    Threshold: more than half; "most" are on paper today (design history, 2025-06)

    Then "letters avoided" of coded against paper is above 0 letters
    And "pounds for letters" in the coded arm is below the paper arm's
