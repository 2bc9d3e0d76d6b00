Feature: The brief's seven assumptions, each tried to be proved wrong
  As the alpha team
  I want to know which of our assumptions fall, and which no simulation can try
  So that the live pilot measures what only it can

  # The assumptions and how sure the brief was of each: NHS prevention services design history, 2025-04.

  @smoke @assumption
  Scenario: 1. GPs, offices and NHS England need results to be automated: does it free time?
    Kind: evidence
    Believed: assumption 1 of the alpha brief, 2025-04, high
    Threshold: hours are saved beyond doubt, for practices and for the office

    Given the pilot "quick" with paper and coded alone, seeds 11, 12 and 13
    Then "GP hours saved" of coded against paper is above 0 hours, at its low end
    And "office hours saved" of coded against paper is above 0 hours, at its low end

  @smoke @assumption @does_not_hold
  Scenario: 1. The same: as much as the headline says?
    Kind: evidence, from the evidence file's figures for England
    Believed: 152,000 GP staff hours a year (the headline, 2025-06), 29 minutes a practice and week
    Threshold: the headline's minutes (headline_hours over practices_in_england)

    Given the pilot "quick" with paper and coded alone, seeds 11, 12 and 13
    Then "minutes a practice saves a week in England" of coded against paper is at least the evidence's headline_minutes_a_week

  @smoke @assumption
  Scenario: 2. GP IT suppliers can implement within reasonable time
    Kind: not to be told from a simulation
    Believed: assumption 2 of the alpha brief, 2025-04, medium; 18 to 24 months

    Then a simulation cannot tell; the live pilot must measure the days from each supplier's roadmap entry to the first result filed at a practice

  @full @assumption
  Scenario: 3. Patient and GP results can be obtained within reasonable time: from prints alone?
    Kind: evidence, on prints made here
    Believed: assumption 3 of the alpha brief, 2025-04, medium
    Threshold: an office with nothing but its SIL report delivers no fewer results than paper does

    Given the pilot "print_only" as written, seeds 1, 2 and 3
    Then "results in no right record" in the coded arm is at most the paper arm's
    And "results never received" in the coded arm is exactly 0 results

  @smoke @assumption
  Scenario: 3. The same, from real prints
    Kind: not to be told from a simulation: no real print was available
    Believed: assumption 3 of the alpha brief, 2025-04, medium

    Then a simulation cannot tell; the live pilot must measure the share of an office's real prints that are read whole, and the minutes for those that are not

  @smoke @assumption @does_not_hold
  Scenario: 4. Results can be tagged with SNOMED CT within reasonable time
    Kind: evidence, with the concepts that exist today
    Believed: assumption 4 of the alpha brief, 2025-04, medium; programme concepts are hoped for by April 2027
    Threshold: a search finds every recall that is in a record

    Given the pilot "quick" with paper and coded alone, seeds 11, 12 and 13
    Then "recalls that no search finds" in the coded arm is exactly 0 results

  @smoke @assumption
  Scenario: 5. All offices can move easily
    Kind: not to be told from a simulation: it knows what files an office has, not what moving asks of its people
    Believed: assumption 5 of the alpha brief, 2025-04, low

    Then a simulation cannot tell; the live pilot must measure the days and staff hours from an office's decision to its first batch sent, by print supplier

  @smoke @assumption
  Scenario: 6. Cheaper and quicker than a fundamental solution
    Kind: not to be told from a simulation: no cost of building, assuring or replacing NBSS is published
    Believed: assumption 6 of the alpha brief, 2025-04, low

    Then a simulation cannot tell; the live pilot must measure what building, assurance and running both ways beside each other cost, against the date of NBSS's replacement

  @smoke @assumption
  Scenario: 7. Results would be extracted to a central repository first: must they be?
    Kind: evidence against the need: here nothing central stands between office and practice
    Believed: assumption 7 of the alpha brief, 2025-04, medium
    Threshold: without a repository no fewer results come into the right record than on paper

    Given the pilot "quick" with paper and coded alone, seeds 11, 12 and 13
    Then "results in no right record" in the coded arm is at most the paper arm's
