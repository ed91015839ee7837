"""Catalogue: what can be learnt, and what a completed course promises.

Owns programmes, courses and their versions, lessons and materials, the outcomes of a course (competency and level),
its completion rule, and to whom it is offered.

Says `CoursePublished`, for every version.
Listens to `PersonAssigned` of identity, `AssessmentPublished` of assessment, and `FrameworkPublished` of evaluation.
"""
