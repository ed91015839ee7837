"""Enrolment: who learns what, how far they are, and when a training is complete.

Owns classes (angkatan), enrolments, progress and completion. `TrainingCompleted` is decided here, because only this
context knows the rule, the progress and the results together.

Says `LearnerEnrolled` and `TrainingCompleted`.
Listens to `TenantDefined` and `PersonAssigned` of identity, `CoursePublished` of catalogue, and `AttemptGraded` of
assessment.
"""
