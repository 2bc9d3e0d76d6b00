Feature: What goes wrong is found
  As the programme
  I want to see the instrument convict a broken pilot
  So that I can believe it when it finds nothing

  # Each breaks one thing in a small pilot that is sound otherwise. The figures must move, and the claim of another
  # feature that should fail must fail, with the numbers in its words. None of this is a hypothesis about practices.

  Scenario Outline: A pilot in which <what> is convicted
    Given a small pilot in which <what>
    Then the figure <figure> is <more> more than where nothing is broken, or further off
    And the claim "<claim>" fails

    Examples:
      | what                                 | figure                               | more | claim                                                  |
      | the intake drops a tenth             | ends.lost_because.never_received     | 10   | as many results are received as the office emitted     |
      | the post loses every fallback letter | ends.lost_because.not_where_believed | 20   | 0 results are unaccounted for                          |
      | normal is mapped to a wrong concept  | misleading                           | 50   | 0 results are misleading or unclear                    |
      | a supplier is silent for a week      | days_to_record.p95                   | 5    | normal results are in the record within 1 day          |
      | the office never opens its list      | ends.lost_because.list_not_worked    | 1    | 0 results are on a list that nobody works              |
      | a rule files abnormal results        | harms.recalls_filed_by_a_rule        | 1    | 0 recalls for assessment are filed by a rule           |
