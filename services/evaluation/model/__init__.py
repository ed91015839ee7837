"""The rules of evaluation, free of web and messaging: pure functions of evidence and dated rule sets.

`rule_sets` holds every number that a regulation or a choice of ours sets. `evidence` turns a result into weights,
`lines` says which evidence counts, `ledger` adds it up and reads it, `profiles` folds readings into a level. `gaps`
compares levels with a job's standard, `national` holds the competencies of every city and what positions ask for by
default, `learning_hours` counts JP, `activities` says what counts of what was done outside the courses, `figures`
measures programmes.
`tables` holds what is kept: records of this service and projections of events. Nothing else here knows a database.
"""
