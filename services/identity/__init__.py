"""Identity: who is who, in which unit and post, and who may sign in.

Owns tenants (cities and providers), unit trees, people, jobs and the posts they hold, accounts, roles, tokens
(OpenID Connect) and machine clients. Names and numbers of people live here alone.

Says `TenantDefined`, `UnitDefined`, `JobDefined` and `PersonAssigned` (the whole state each time).
Listens to no other service.
"""
