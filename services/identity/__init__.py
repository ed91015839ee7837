"""Identity: who is who, in which unit and post, and who may sign in.

Owns tenants (cities and providers), unit trees, people, jobs and the posts they hold, accounts, roles, tokens
(OpenID Connect), machine clients, mails to people and the register of erasures. Names and numbers of people live here
alone.

Says `TenantDefined`, `UnitDefined`, `JobDefined`, `PersonAssigned` (the whole state each time) and `PersonErased`.
Listens to no other service.
"""
