from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "chengxin.identity"
    label = "identity"
