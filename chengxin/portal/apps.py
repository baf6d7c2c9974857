from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "chengxin.portal"
    label = "portal"
