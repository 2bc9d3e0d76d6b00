Feature: The practice that the brief tells of
  As the programme
  I want the desk to behave like the practice that the pilot began with
  So that what it says of other practices can be believed

  # 20,000 patients, just over 1,000 eligible, screened in November, and the results not coded months later
  # (NHS prevention services design history, 2025-06). "Months later" is read as the end of February, and
  # "not coded" as most of them.

  Scenario: Results that come after other mail still wait months later
    Given the pilot "brief_practice" was run with seeds 1, 2 and 3
    Then the practice had 1050 results to type
    And more than half of them still lie on the desk at the end of February
