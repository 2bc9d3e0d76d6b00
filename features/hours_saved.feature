Feature: Coded results save hours over paper
  As the programme
  I want to know whether practices and offices spend less time
  So that money goes where it frees people

  # A saving must be beyond doubt: the low end of its 95% range is above nothing.
  # What no rule may file, or nobody is matched to, needs a hand, at its longest against paper's usual minutes: the
  # steps work it out from the evidence file (autofile_share, match_failure, unmatched_minutes, minutes_a_result).

  # Evidence, as far as the evidence file's minutes are: the desks work by them.

  Background:
    Given the pilot "quick" was run with seeds 11, 12 and 13

  Scenario: Practices spend less time
    Then the low end of the GP hours saved is above 0 hours
    And the coded arm takes no more of the paper arm's GP minutes than the evidence leaves

  Scenario: The screening office spends less time
    Then the low end of the office hours saved is above 0 hours
