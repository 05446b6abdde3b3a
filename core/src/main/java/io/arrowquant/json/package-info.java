/**
 * JSON as Python's json module writes it, and what is wrong with texts that are no JSON. The files of a model are compared
 * with those other tools write, which are Python throughout: the order of keys, the spacing and the spelling of numbers
 * are theirs.
 */
package io.arrowquant.json;
