"""OpenID Connect (Core 1.0) as identity provides it: authorization code with PKCE, refresh tokens, machines."""
