Feature: Coded results save hours over paper
  As the programme
  I want to know whether practices and offices spend less time
  So that money goes where it frees people

  # A saving must be beyond doubt: the low end of its 95% range is above nothing.
  # 92% of results can file themselves at best, so 8% need a hand, at up to 8 minutes against paper's 2.5
  # (evidence file: auto-file ceiling, unmatched minutes, minutes a result): 8% x 8 / 2.5 = 26% of the work is left.

  Background:
    Given the pilot "quick" was run with seed 11

  Scenario: Practices spend less time
    Then the low end of the GP hours saved is above 0 hours
    And the coded arm takes at most 26% of the paper arm's GP minutes

  Scenario: The screening office spends less time
    Then the low end of the office hours saved is above 0 hours
