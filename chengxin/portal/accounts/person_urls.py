"""Addresses where persons log in and start; the desk's face alone has them."""

from django.urls import path

from chengxin.portal.accounts import platform

urlpatterns = [
    path("me/login/", platform.begin, name="person-login"),
    path("me/login/answer/", platform.callback, name="person-callback"),
    path("me/", platform.person_home, name="person-home"),
]
