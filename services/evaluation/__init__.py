"""Evaluation judges what learning did: to a person's competency profile, and for a programme's effectiveness.

It owns the competency frameworks, the job standards, the dated rule sets, the evidence ledger with the profiles folded
from it, the gaps to a job's standard, the learning hours (JP) and the figures of programmes. Assessment measures a
learner; evaluation says what follows from the measures, and shows every figure with the evidence behind it.

It says `FrameworkPublished`, `EvidenceRecorded`, `EvidenceWithdrawn`, `CompetencyLevelChanged` and
`ProgrammeMeasured`.

It listens to identity (`TenantDefined`, `UnitDefined`, `JobDefined`, `PersonAssigned`, `PersonErased`), to the
catalogue (`CoursePublished`, `CourseOffered`, `CourseOfferEnded`), to enrolment (`LearnerEnrolled`, `LearningStarted`,
`EnrolmentClosed`, `TrainingCompleted`, `CompletionRevoked`), to assessment (`AttemptGraded`, `AttemptAnnulled`) and to
itself (`EvidenceRecorded`, `EvidenceWithdrawn`).
"""
