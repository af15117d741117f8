import argparse
import asyncio
import concurrent.futures
import ctypes
import email.mime.multipart
import http.server
import json
import logging.config
import multiprocessing.pool
import sqlite3
import unittest.mock
import xml.dom.minidom

import numpy as np
import numpy.ma
import numpy.polynomial

used = [
    argparse,
    asyncio,
    concurrent,
    ctypes,
    email,
    http,
    json,
    logging,
    multiprocessing,
    sqlite3,
    unittest,
    xml,
]

print("hello,", len(used), "modules and", int(np.arange(4).sum()))
