"""Wording: every mail and document as a Jinja template, every code in words, in each language.

A wording file says what is said, once; the layouts beside it turn it into plain text and into
HTML, so that the two parts of a mail can never say different things.

    words/<language>.toml            codes and labels in words
    mail/<language>/<template>.j2    what a notice says
    mail/layout.*.j2, mail/kit.*.j2  how a mail looks, as text and as HTML
    documents/…                      the same for letters
"""
