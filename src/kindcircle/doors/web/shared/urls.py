"""Doors for everybody: home, help, joining, signing in. allauth's views are declared like our own."""

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkey
from django.urls import path

from kindcircle.base.access import Permission
from kindcircle.doors.web.shared import (
    coming,
    demo_door,
    first_run,
    gallery,
    help_page,
    home,
    invitation,
    join,
    language,
    meanwhile,
    tablet,
)
from kindcircle.doors.web.shared.pages import page

door = page(Permission.DOOR_USE, methods=("GET", "POST"))
mine = page(Permission.ACCOUNT_USE, methods=("GET", "POST"))
mine_to_look_at = page(Permission.ACCOUNT_USE)

urlpatterns = [
    path("", home.home, name="home"),
    path("help/", help_page.help_now, name="help"),
    path("language/", language.choose, name="language"),
    path("leave/", home.leave, name="leave"),
    path("lock/", home.lock, name="lock"),
    path("join/", join.join, name="join"),
    path("join/<str:short_code>/", join.join_code, name="join-code"),
    path("tablet/back/", tablet.back, name="tablet-back"),
    path("tablet/<str:code>/", tablet.tablet, name="tablet"),
    path("tablet/<str:code>/lend/", tablet.lend, name="tablet-lend"),
    path("invitation/<str:secret>/", invitation.accept, name="invitation"),
    # Asking to come.
    path("come/<str:code>/", coming.come, name="come"),
    path("come/<str:code>/thank-you/", coming.thank_you, name="come-thanks"),
    path("meanwhile/<slug:name>/", meanwhile.meanwhile, name="meanwhile"),
    path("setup/<str:secret>/", first_run.first_run, name="first-run"),
    path("demo/enter/<str:token>/", demo_door.enter, name="demo-enter"),
    path("gallery/", gallery.gallery, name="gallery"),
    path("gallery/<int:status>/", gallery.gallery_error, name="gallery-error"),
    # Signing in and out.
    path("account/login/", door(account.login), name="account_login"),
    path("account/login/code/", door(account.request_login_code), name="account_request_login_code"),
    path("account/login/code/confirm/", door(account.confirm_login_code), name="account_confirm_login_code"),
    path("account/logout/", home.sign_out, name="account_logout"),
    path("account/signup/", door(account.signup), name="account_signup"),
    path("account/inactive/", page(Permission.DOOR_USE)(account.account_inactive), name="account_inactive"),
    path("account/reauthenticate/", mine(account.reauthenticate), name="account_reauthenticate"),
    # Second factors and passkeys.
    path("account/factors/", mine_to_look_at(factor.index), name="mfa_index"),
    path("account/factors/authenticate/", door(factor.authenticate), name="mfa_authenticate"),
    path("account/factors/reauthenticate/", mine(factor.reauthenticate), name="mfa_reauthenticate"),
    path("account/factors/app/", mine(totp.activate_totp), name="mfa_activate_totp"),
    path("account/factors/app/remove/", mine(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("account/factors/codes/", mine_to_look_at(recovery.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("account/factors/codes/new/", mine(recovery.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path(
        "account/factors/codes/file/",
        mine_to_look_at(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("account/factors/passkeys/", mine_to_look_at(passkey.list_webauthn), name="mfa_list_webauthn"),
    path("account/factors/passkeys/add/", mine(passkey.add_webauthn), name="mfa_add_webauthn"),
    path("account/factors/passkeys/login/", door(passkey.login_webauthn), name="mfa_login_webauthn"),
    path(
        "account/factors/passkeys/reauthenticate/",
        mine(passkey.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("account/factors/passkeys/<int:pk>/remove/", mine(passkey.remove_webauthn), name="mfa_remove_webauthn"),
    path("account/factors/passkeys/<int:pk>/edit/", mine(passkey.edit_webauthn), name="mfa_edit_webauthn"),
]
