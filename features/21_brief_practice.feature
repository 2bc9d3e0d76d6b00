@full
Feature: The practice that the brief tells of
  As the programme
  I want the desk to behave like the practice that the pilot began with
  So that what it says of other practices can be believed

  # 20,000 patients, just over 1,000 eligible, screened in November, and the results not coded months later
  # (NHS prevention services design history, 2025-06). "Months later" is read as the end of February, on which this
  # scenario is measured, and "not coded" as most of them.

  Scenario: Results that come after other mail still wait months later
    Kind: evidence, that desks as the evidence file has them can fall as far behind as one real practice did
    Believed: the results of November were not coded months later (design history, 2025-06)
    Threshold: more than half of 1,050

    Given the pilot "brief_practice" as written, seeds 1, 2 and 3
    Then "letters" in the paper arm is exactly 1050 letters
    And "letters still unopened" in the paper arm is above 525 letters
