"""The auditor's report: counted while entries stream by, then one page, a table for spreadsheets, JSON.

It is made from exports that were checked, on the auditor's machine, and holds ids only, no names. Nothing in the page
asks for anything outside it.
"""
