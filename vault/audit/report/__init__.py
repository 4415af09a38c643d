"""The auditor's report: counted while entries stream by, then one page, a table for spreadsheets, JSON.

Made from exports that were checked, on the auditor's machine, it holds ids only. The holder's own copy, made from the
vault, also has the names of recipients. Nothing in the page asks for anything outside it.
"""
