"""Addresses of logging in and of one's own account; both faces include them. The names are those that allauth leads to."""

from django.urls import path

from chengxin.portal.accounts import logins, looks, security, who

urlpatterns = [
    path("login/", logins.login, name="account_login"),
    path("login/second/", logins.second_factor, name="mfa_authenticate"),
    path("logout/", logins.log_out, name="account_logout"),
    path("demo/login/<str:login>", logins.demo_login, name="account_demo"),
    path("look/", looks.look, name="look"),
    path("account/", logins.home, name="account_home"),
    path("account/prove/", logins.prove, name="account_prove"),
    path("account/security/", security.security, name="account_security"),
    path("account/who/", who.declare_oneself, name="account_declare"),
    path("account/password/", security.password, name="account_password"),
    path("account/telephone/", security.totp, name="account_totp"),
    path("account/telephone/remove", security.remove_totp, name="account_remove_totp"),
    path("account/passkey/", security.passkey, name="account_passkey"),
    path("account/passkey/<int:number>/remove", security.remove_passkey, name="account_remove_passkey"),
    path("account/codes/", security.codes, name="account_codes"),
    path("account/codes/renew", security.renew, name="account_renew_codes"),
]
