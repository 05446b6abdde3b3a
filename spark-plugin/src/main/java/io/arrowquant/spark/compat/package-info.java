/**
 * The few calls whose signatures mention Scala types or moved between Spark versions. Everything else in the plugin is
 * written against Java interfaces, so that an artifact for another Scala version needs changes here only (and in the
 * Catalyst classes of the function package).
 */
package io.arrowquant.spark.compat;
