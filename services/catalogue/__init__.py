"""Catalogue: what can be learnt, and what a completed course promises.

Owns programmes, courses and their versions, lessons and materials, the outcomes of a course (competency and level),
its completion rule, and to whom it is offered.

Says `CoursePublished`, for every version and when one that was withdrawn can be taken again, `CourseWithdrawn`,
`CourseOffered` and `CourseOfferEnded`.
Listens to `TenantDefined`, `PersonAssigned` and `PersonErased` of identity, `AssessmentPublished` of assessment, and
`FrameworkPublished` and `ProgrammeMeasured` of evaluation.
"""
