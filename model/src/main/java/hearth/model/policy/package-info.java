/// IAM's policy language: reads policies, and decides by them who may do what.
@NullMarked
package hearth.model.policy;

import org.jspecify.annotations.NullMarked;
