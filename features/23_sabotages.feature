@smoke
Feature: What goes wrong is found
  As the programme
  I want to see the instrument convict a broken pilot
  So that I can believe it when it finds nothing

  # Each breaks one thing in a small pilot that is sound otherwise. The figures must move, and the claim of another
  # feature that should fail must fail, with the numbers in its words. None of this is a hypothesis about practices.
  # `make sabotage` tries more, each against all features.

  Scenario Outline: A pilot in which <what> is convicted
    Given a small pilot in which <what>
    Then the figure <figure> is <more> more than where nothing is broken, or further off
    And this claim fails, and holds where nothing is broken: <claim>

    Examples:
      | what                                 | figure                               | more | claim |
      | the intake drops a tenth             | ends.lost_because.never_received     | 10   | "results never received" in the coded arm is exactly 0 results |
      | normal is mapped to a wrong concept  | misleading                           | 50   | "results misleading or unclear" in the coded arm is exactly 0 results |
      | a rule files abnormal results        | harms.recalls_filed_by_a_rule        | 1    | "recalls filed by a rule" in the coded arm is exactly 0 results |

    @slow
    Examples: those that take longer
      | what                                 | figure                               | more | claim |
      | the post loses every fallback letter | ends.lost_because.not_where_believed | 20   | "results unaccounted for" in the coded arm is exactly 0 results |
      | a supplier is silent for a week      | days_to_record.p95                   | 5    | "its patients' normal results in the record within a day" in the coded arm is at least the evidence's bowel_normals_electronic |
      | the office never opens its list      | ends.lost_because.list_not_worked    | 1    | "results on a list that nobody works" in the coded arm is exactly 0 results |
