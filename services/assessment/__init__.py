"""Assessment: what a learner was asked, answered and was marked with.

Owns question banks, assessments (pre-test, post-test, quiz) and their immutable versions, attempts and marks.

Says `AssessmentPublished`, `AttemptGraded` (a re-mark is a higher revision) and `AttemptAnnulled`.
Listens to `TenantDefined`, `UnitDefined`, `PersonAssigned` and `PersonErased` of identity; `CoursePublished`,
`CourseOffered`, `CourseOfferEnded` and `CourseWithdrawn` of catalogue; `LearnerEnrolled`, `EnrolmentClosed`,
`TrainingCompleted` and `CompletionRevoked` of enrolment; and `FrameworkPublished` of evaluation.
"""
