/**
 * What is wrong with texts that are no JSON, and JSON as Python's json module writes it. The files of a model are compared with those other tools write, which are
 * Python throughout: the order of keys, the spacing and the spelling of numbers are theirs.
 */
package io.arrowquant.json;
