"""Why a workbook isn't taken, in both languages. Never holds a value of the workbook."""


class Fault(Exception):
    def __init__(self, text: str, text_en: str) -> None:
        self.text = text
        self.text_en = text_en
        super().__init__(text_en)


def damaged() -> Fault:
    return Fault(
        "XLSX 文件已损坏或不是工作簿。请用表格软件打开后另存为 .xlsx。",
        "The XLSX file is damaged or no workbook. Open it in a spreadsheet and save it as .xlsx.",
    )


def too_large() -> Fault:
    return Fault("XLSX 文件过大，请改用 CSV。", "The XLSX file is too large; use CSV.")


def too_slow() -> Fault:
    return Fault(
        "读取 XLSX 用时过长，已停止。请改用 CSV，或者新建工作簿只粘贴数值。",
        "Reading the XLSX file took too long and was stopped. Use CSV, or paste the values into a new workbook.",
    )
