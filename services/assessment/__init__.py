"""Assessment: what a learner was asked, answered and was marked with.

Owns question banks, assessments (pre-test, post-test, quiz) and their immutable versions, attempts and grades.

Says `AssessmentPublished` and `AttemptGraded`.
Listens to `TenantDefined` of identity, `CoursePublished` of catalogue, `LearnerEnrolled` of enrolment, and
`FrameworkPublished` of evaluation.
"""
