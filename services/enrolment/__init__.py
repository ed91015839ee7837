"""Enrolment: who learns what, how far they are, and when a training is complete.

Owns classes (angkatan), enrolments, progress and completion. `TrainingCompleted` is decided here, because only this
context knows the rule, the progress and the results together.

Says `LearnerEnrolled`, `LearningStarted`, `EnrolmentClosed`, `TrainingCompleted` and `CompletionRevoked`.
Listens to `TenantDefined`, `UnitDefined`, `PersonAssigned` and `PersonErased` of identity, `CoursePublished`,
`CourseOffered`, `CourseOfferEnded` and `CourseWithdrawn` of catalogue, and `AttemptGraded` and `AttemptAnnulled` of
assessment.

Locks are taken in one order. Who gives a place: people (by id, shared), the class, then new enrolments only. Who judges
or ends an enrolment: enrolments by id, then its person and its class; the timer that closes classes waits for nobody.
"""
