"""Assessment: what a learner was asked, answered and was marked with.

Owns question banks, assessments (pre-test, post-test, quiz) and their immutable versions, attempts and grades.

An attempt ends at its time limit or with the last day of the class, whichever comes first, by the server's clock and
without grace: from then on answers are refused, and a timer hands in what is saved as of that moment.
Marks are in basis points: one option all or nothing, several options right minus wrong over the number of right ones
and not below 0, matching the share of prompts, numbers and texts the best credit of those accepted.
A corrected key holds for all who were asked before: a timer marks them again. An annulled attempt counts for nothing.

Says `AssessmentPublished`, `AttemptGraded` and `AttemptAnnulled`.
Listens to `TenantDefined`, `UnitDefined`, `PersonAssigned` and `PersonErased` of identity, `CoursePublished`,
`CourseOffered` and `CourseOfferEnded` of catalogue, `LearnerEnrolled`, `EnrolmentClosed`, `TrainingCompleted` and
`CompletionRevoked` of enrolment, and `FrameworkPublished` of evaluation.
"""
