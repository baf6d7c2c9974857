from django.apps import AppConfig


class AuthorisingConfig(AppConfig):
    name = "chengxin.sharing.authorising"
    label = "authorising"
