"""Who acts: people and programs, what each may do, and how each proves who it is.

    actors       Permission, Grant, Actor, and `require`, which every command asks
    roles        what each role allows, as one table; a role held for some kinds and locales
    models       User, Session, SignIn, ApiToken
    passwords    their rules, and Argon2 in threads of its own
    throttling   how many failed sign-ins an account and an address have before they must wait
    signing_in   sign_in, sign_out
    sessions     recognising and revoking them
    users        create_user, set_roles, change_password, deactivate_user, …
    tokens       issuing, recognising and revoking the tokens of programs
    credentials  the random part of a token or session, and its digest

Passwords, tokens and the secrets of sessions are stored as digests only, and are in no event, log or message.
"""
