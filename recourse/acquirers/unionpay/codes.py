"""UnionPay's response codes: what each says about what was asked.

``respCode`` 00 of a request means accepted, never done; done is what a query says with
``origRespCode`` 00. A code that stands in no table is unknown, never failed.
Source: facts/ecosystem §5 and UnionPay's appendix of response codes, from copies in public
code; the texts are its own.
"""

SUCCESS = "00"
NOT_FOUND = "34"
DUPLICATE = "12"
BAD_SIGNATURE = "11"

PROCESSING: dict[str, str] = {
    "03": "交易通讯超时，请发起查询交易",
    "04": "交易状态未明，请查询对账结果",
    "05": "交易已受理，请稍后查询交易结果",
}
"""Neither done nor failed: query again."""

DEFECTIVE = "A6"
"""有缺陷的成功: shown as success, confirmed by nobody. In doubt until a person clears it."""

NOT_NOW: dict[str, str] = {
    "02": "系统未开放或暂时关闭，请稍后再试",
    "06": "系统繁忙，请稍后再试",
    "37": "已超过最大查询次数或操作过于频繁",
}
"""Of a question: ask later. Of an order: query, since nothing says that it was not taken."""

SPOKEN_WRONGLY: dict[str, str] = {
    "10": "报文格式错误",
    "13": "报文交易要素缺失",
}
"""Nothing was done, and saying it again says it wrongly again."""

FAILED: dict[str, str] = {
    "01": "交易失败，详情请咨询95516",
    "30": "交易未通过，请尝试使用其他银联卡支付或联系95516",
    "31": "商户状态不正确",
    "32": "无此交易权限",
    "33": "交易金额超限",
    "35": "原交易不存在或状态不正确",
    "36": "与原交易信息不符",
    "38": "银联风险受限",
    "39": "交易不在受理时间范围内",
    "43": "无此业务权限，详情请咨询95516",
    "44": "输入卡号错误或暂未开通此项业务，详情请咨询95516",
    "45": "原交易已被成功退货或已被成功撤销",
    "60": "交易失败，详情请咨询您的发卡行",
    "61": "输入的卡号无效，请确认后输入",
    "62": "交易失败，发卡银行不支持该商户，请更换其他银行卡",
    "63": "卡状态不正确",
    "64": "卡上的余额不足",
    "65": "输入的密码、有效期或CVN2有误，交易失败",
    "66": "持卡人身份信息或手机号输入不正确，验证失败",
    "67": "密码输入次数超限",
    "73": "支付卡已超过有效期",
    "78": "发卡行交易权限受限，详情请咨询您的发卡行",
}
"""Final: the same order fails the same way."""
